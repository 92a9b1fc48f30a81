"""What the tests of the Dimensions adapter declare, and the users that its telephone system knows."""

from reconciler.model import Address

ACME = """
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme}
spec:
  displayName: Acme Dental
  timezone: Europe/Athens
  country: GR
  notes: three sites
  vendors: {dimensions: {productType: TenantProfileType_uc, features: {agent: 2}, sendNewUserEmail: true}}
"""
TEMPLATE = """
apiVersion: reconciler/v1
kind: PBXTemplate
metadata: {name: kazoo}
spec:
  vendor: dimensions
  type: Kazoo
  default: true
  hostRest: https://rest.example.com
  hostWebsocket: wss://ws.example.com
  apiKey: {env: KAZOO_KEY}
"""
HQ = """
apiVersion: reconciler/v1
kind: PBXConnection
metadata: {name: acme-hq}
spec: {account: acme, vendor: dimensions, accountId: kazoo-acme, enabled: true}
"""
LEA = """
apiVersion: reconciler/v1
kind: User
metadata: {name: lea}
spec:
  account: acme
  vendor: dimensions
  email: lea@acme.example
  displayName: Lea Martin
  primary: true
  roles: [customer.user, admin.user]
"""
BEN = """
apiVersion: reconciler/v1
kind: User
metadata: {name: ben}
spec:
  account: acme
  vendor: dimensions
  email: ben@acme.example
  displayName: Ben Ode
  roles: [customer.user, customer.user.uc, customer.user.uc.softphone, customer.user.supervisorl1]
  devices: [{id: ben-soft, clientType: desktop}]
"""
ALL = (ACME, TEMPLATE, HQ, LEA, BEN)
CUSTOMER, PBX = Address("dimensions", "customer", "acme"), Address("dimensions", "pbx", "acme-hq")
PRIMARY, USER = Address("dimensions", "user", "lea"), Address("dimensions", "user", "ben")
RESELLER = Address("dimensions", "reseller", "north")
DIRECTORY = [
    {"email": "Ben@Acme.example", "displayName": "Ben O.", "devices": ["ben-soft", "ben-desk"]},
    {"email": "lea@acme.example", "displayName": "Lea M."},
]
