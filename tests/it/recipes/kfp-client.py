import subprocess
import kfp

cookie = subprocess.check_output(["credential", "get", "grafana", "--verify"], text=True).strip()
client = kfp.Client(host="https://grafana.corp.example/pipeline", cookies=cookie)
