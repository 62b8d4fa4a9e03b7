// A real OpenID provider on the port that is given; POST /rotate gives it another signing key.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const scopes = 'risks:read indicators:read finance:read elsewhere:read';

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

function provider() {
  return new Provider(issuer, {
    jwks: { keys: [signingKey()] },
    scopes: scopes.split(' '),
    clients: [{
      client_id: 'warehouse',
      client_secret: 'of-the-warehouse',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
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
