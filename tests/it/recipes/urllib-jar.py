import subprocess, tempfile, urllib.request
from http.cookiejar import DefaultCookiePolicy, MozillaCookieJar

# to no subdomain: without this policy Python sends the cookie there too
policy = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
with tempfile.NamedTemporaryFile("w") as file:
    file.write(subprocess.check_output(["credential", "get", "grafana", "--as", "netscape"], text=True))
    file.flush()
    jar = MozillaCookieJar(file.name, policy=policy)
    jar.load()
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
answer = opener.open("https://grafana.corp.example/api/search")
