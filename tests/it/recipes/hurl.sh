cookie=$(credential get grafana) && HURL_SECRET_cookie=$cookie hurl api.hurl
