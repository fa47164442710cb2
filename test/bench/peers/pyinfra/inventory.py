import json
from os import environ

# Hosts and the way to log in, as the benchmark gives them.
data = json.loads(environ["FETTLE_BENCH_INVENTORY"])
hosts = (data["addresses"], {
    "ssh_user": "root",
    "ssh_key": data["key"],
    "ssh_known_hosts_file": data["known_hosts"],
    "ssh_strict_host_key_checking": "yes",
})
