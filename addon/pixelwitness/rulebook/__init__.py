"""From rule files to rules.

Owns reading, checking and compiling of YAML rules.  Must not know traffic: what
rules make of it is the core's.
"""

from pixelwitness.rulebook.problems import RuleProblem, RulesError
from pixelwitness.rulebook.ruleset import RuleSet, RuleSource, load_rules

__all__ = ["RuleProblem", "RuleSet", "RuleSource", "RulesError", "load_rules"]
