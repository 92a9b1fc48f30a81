# The demo credentials of the sandbox: `. examples/credentials.sh`
export BSS_CLIENT_KEY=demo-key BSS_CLIENT_SECRET=demo-secret BSS_USERNAME=demo BSS_PASSWORD=demo-password
