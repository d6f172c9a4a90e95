"""The engines' own checkers: promtool, amtool and Terraform, called once each, with their answers as findings."""
