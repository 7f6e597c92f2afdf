// An identity provider of OpenID Connect on a free port of this machine. Anybody's password is right; the name a person
// types decides their roles. Its address is the first line that it prints.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const ROLES = { ada: ['admin'], rita: ['reviewer'] };

const server = createServer((request, response) => callback(request, response));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: 'medcost', client_secret: 'a secret of the tests', redirect_uris: [`${issuer}/none`] }],
  claims: { openid: ['sub'], profile: ['name', 'roles'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id} example`, roles: ROLES[id] ?? [] }) }),
});
// the service under test listens on a port that nobody knows beforehand
provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/callback$/.test(uri);
const callback = provider.callback();
console.log(issuer);
