"""Prints the queries of the Grafana dashboard as rules, so that promtool can read them."""

import json
import sys

dashboard = json.load(open(sys.argv[1], encoding="utf-8"))
queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
# Grafana fills these in.
filled = [query.replace("$__rate_interval", "5m").replace("$job", "sidekick") for query in queries]
rules = [{"record": f"query:{index}", "expr": query} for index, query in enumerate(filled)]
# JSON is YAML.
json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, sys.stdout)
