(umask 077 && cookie=$(credential get grafana --verify) &&
    printf '{"grafana": {"cookie": "%s"}}\n' "$cookie" >http-client.private.env.json)
