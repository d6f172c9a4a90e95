"""What Alertmanager does with a configuration, imitated: routes, groups, hours and inhibition, without a server.

It judges the configuration that ships, read as data, and knows nothing of the plan that it was rendered from.
Imitated is Alertmanager 0.34.2 (dispatch/route.go, inhibit/inhibit.go, timeinterval/timeinterval.go, notify/notify.go),
https://github.com/prometheus/alertmanager/tree/v0.34.2; 0.25 does the same with what mlmon writes.
"""
