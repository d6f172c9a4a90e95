"""What CloudWatch does with an alarm's data, imitated: given these minutes, does it page?

It takes plain data and knows nothing of Terraform or of the plan. Imitated are the CloudWatch user guide's pages "Using
Amazon CloudWatch alarms", "Configuring how CloudWatch alarms treat missing data", "Percentile-based alarms and low data
samples", "Using metric math" and "Composite alarm actions suppression", read in November 2026:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html. AWS does not publish how far
back an alarm looks for missing points; five points for three periods, as its tables have it, is taken for the rule.
"""
