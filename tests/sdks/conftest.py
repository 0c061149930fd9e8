collect_ignore = ["python_sdk.py"]  # a script for an environment of its own, which has the SDK
