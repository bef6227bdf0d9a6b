(umask 077 && credential get grafana --verify --as dotenv >.env.new && mv .env.new .env)
