"""Manifests of the Divalto bench."""

from reconciler.model import Address

ODATA = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: odata}
spec:
  vendor: divalto
  execute: true
  type: ADDITIONNELLE
  origin: SITE_EXISTANT
  generation: INFINITY_V10_WEAVY_V5
  solution: ERP_INFINITY
  site: "123456"
  items: [{product: SAAS IO ODATA EXT, quantity: 1}]
  contact: {lastName: Martin, firstName: Lea, phoneNumber: "+33300000000", email: Lea@acme.example}
  certificate: {deliveryDate: 2031-03-03, recipients: [it@acme.example, boss@acme.example]}
  documents:
    - {type: BON_DE_COMMANDE, file: documents/bc.pdf, declares: {site: "123456", references: [SAAS IO ODATA EXT]}}
"""
DRAFT = ODATA.replace("execute: true", "execute: false")
AGAIN = ODATA.replace("execute: true", "execute: true\n  revision: 2")
PRIMO = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: primo}
spec:
  vendor: divalto
  execute: true
  type: PRIMO
  origin: NOUVEAU_SITE
  generation: INFINITY_V10_WEAVY_V5
  solution: ERP_INFINITY
  newSite:
    name: Neuf SARL
    address1: 2 rue Haute
    postalCode: "75001"
    city: Paris
    country: FR
    phoneNumber: "+33100000000"
    email: contact@neuf.example
    siretNumber: "12345678900011"
  contact: {lastName: Martin, firstName: Lea, phoneNumber: "+33300000000", email: lea@neuf.example}
  certificate: {deliveryDate: 2031-03-03, recipients: [it@neuf.example]}
  documents: [{type: BON_DE_COMMANDE, generate: {signatory: Lea Martin}}]
"""
FROM_OPPORTUNITY = """
apiVersion: reconciler/v1
kind: Order
metadata: {name: deal}
spec:
  vendor: divalto
  execute: true
  type: PRIMO
  origin: OPPORTUNITE
  opportunity: "2024010800001"
  newSite: {email: contact@dupont.example, siretNumber: "12345678900011"}
  contact: {lastName: Dupont, firstName: Jean, phoneNumber: "+33300000000", email: jean@dupont.example}
  certificate: {deliveryDate: 2031-03-03, recipients: [it@dupont.example]}
  documents: [{type: BON_DE_COMMANDE, file: documents/bc.pdf}]
"""
SITE = """
apiVersion: reconciler/v1
kind: Site
metadata: {name: hq}
spec:
  vendor: divalto
  number: "123456"
  phoneNumber: "+33300000001"
"""
ORDER, NEW, DEAL = (Address("divalto", "order", name) for name in ("odata", "primo", "deal"))
HQ = Address("divalto", "site", "hq")
