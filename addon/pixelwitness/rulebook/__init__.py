"""From rule files to rules.

Owns reading, checking and compiling of YAML rules.  Must not know traffic: what
rules make of it is the core's.
"""

from pixelwitness.rulebook.rules.rule_set import RuleSet, RuleSource, load_rules
from pixelwitness.rulebook.yaml.problems import RuleProblem, RulesError

__all__ = ["RuleProblem", "RuleSet", "RuleSource", "RulesError", "load_rules"]
