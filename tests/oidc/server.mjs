// A real OpenID provider on the port that is given, for pages at the address that is given; POST /rotate gives it
// another signing key. Whoever signs in there is who they say.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const pages = process.argv[3] ?? 'http://127.0.0.1';
const issuer = `http://127.0.0.1:${port}`;
const scopes = 'risks:read indicators:read finance:read elsewhere:read admin';

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

const ofPages = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [`${pages}/sign-in/callback`],
  post_logout_redirect_uris: [`${pages}/sign-in`],
};

function provider() {
  return new Provider(issuer, {
    jwks: { keys: [signingKey()] },
    cookies: { keys: ['of this process'] },
    scopes: ['openid', 'offline_access', 'profile', ...scopes.split(' ')],
    claims: { openid: ['sub'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: `${id} as printed` }) }),
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    clients: [{
      client_id: 'warehouse',
      client_secret: 'of-the-warehouse',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }, {
      client_id: 'pages', client_secret: 'of/the pages', ...ofPages,
    }, {
      client_id: 'public pages', application_type: 'native', token_endpoint_auth_method: 'none', ...ofPages,
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://suite.example',
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: scopes, audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300,
        }),
      },
    },
  });
}

let current = provider().callback();
createServer((request, response) => {
  if (request.url === '/rotate') {
    current = provider().callback();
    response.end();
  } else {
    current(request, response);
  }
}).listen(port, '127.0.0.1', () => console.log('ready'));
