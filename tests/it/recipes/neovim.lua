vim.env.PATH = vim.fn.expand("~/.local/share/credential") .. ":" .. vim.env.PATH
vim.g.rest_nvim = { cookies = { enable = false } } -- else it sends cookies of its own, and ours stays away
