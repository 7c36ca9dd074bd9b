// A standard client (npm openid-client), driven by a test: one request a line on stdin, {"flow", ...}, one answer a line on stdout.
import { webcrypto } from 'node:crypto';
import { createInterface } from 'node:readline';

// Node 18 has it under this name only.
globalThis.crypto ??= webcrypto;
const oidc = await import('openid-client');

let config, asked, device;

const answerOf = tokens => ({ ...tokens, claims: tokens.claims?.() });

async function askFor({ redirectUri, scope }) {
  asked = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  return {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(asked.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: asked.expectedState,
    nonce: asked.expectedNonce,
  };
}

const flows = {
  async discover({ issuer, clientId, secret, basic }) {
    const auth = !secret ? oidc.None() : basic ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
    config = await oidc.discovery(new URL(issuer), clientId, undefined, auth, { execute: [oidc.allowInsecureRequests] });
    // Every token that comes is checked against the published keys.
    oidc.enableNonRepudiationChecks(config);
    return config.serverMetadata();
  },
  clientCredentials: async ({ scope }) => answerOf(await oidc.clientCredentialsGrant(config, scope ? { scope } : {})),
  authorize: async request => ({ url: oidc.buildAuthorizationUrl(config, await askFor(request)).href }),
  push: async request => ({ url: (await oidc.buildAuthorizationUrlWithPAR(config, await askFor(request))).href }),
  exchange: async ({ url }) => answerOf(await oidc.authorizationCodeGrant(config, new URL(url), asked)),
  refresh: async ({ token }) => answerOf(await oidc.refreshTokenGrant(config, token)),
  revoke: async ({ token }) => (await oidc.tokenRevocation(config, token), {}),
  introspect: async ({ token }) => oidc.tokenIntrospection(config, token),
  userInfo: async ({ token, subject }) => oidc.fetchUserInfo(config, token, subject),
  endSession: async ({ idToken, back }) => ({ url: oidc.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: back, state: 'bye' }).href }),
  device: async ({ scope }) => (device = await oidc.initiateDeviceAuthorization(config, { scope })),
  poll: async () => answerOf(await oidc.pollDeviceAuthorizationGrant(config, device)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { flow, ...request } = JSON.parse(line);
  let answer;
  try {
    answer = await flows[flow](request);
  } catch (e) {
    const challenge = Array.isArray(e.cause) ? e.cause[0]?.parameters : e.cause;
    answer = { failed: e.error ?? challenge?.error ?? e.code ?? 'unknown', why: e.error_description ?? `${e.message} ${e.cause?.message ?? ''}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
