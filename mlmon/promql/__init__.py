"""PromQL: quoting, rendering of quantities and conditions, and parsing."""
