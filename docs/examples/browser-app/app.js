// An app in the browser, without a server of its own: authorization code with PKCE (RFC 6749, RFC 7636).
// Two settings: where the platform is, and the client id that the app was registered with.
const issuer = 'http://127.0.0.1:8080';
const clientId = 'browser-app';

const redirectUri = location.origin + location.pathname;
const scope = 'openid profile read offline_access';

// Tokens live in this variable and go with the page: what is not stored, no other script finds later.
let tokens;

const base64url = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const sha256 = async text => base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

// Where everything is: no address of the platform is written down here but the issuer.
const platform = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

async function signIn() {
  const asked = { verifier: random(), state: random() };
  sessionStorage.setItem('asked', JSON.stringify(asked));
  location.assign(`${platform.authorization_endpoint}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: asked.state,
    code_challenge: await sha256(asked.verifier),
    code_challenge_method: 'S256',
  })}`);
}

// The platform sent the browser back, with a code or an error.
async function comeBack(query) {
  const asked = JSON.parse(sessionStorage.getItem('asked') ?? '{}');
  sessionStorage.removeItem('asked');
  // The code is good for once, and is not to stay in the address.
  history.replaceState(null, '', redirectUri);
  // An answer that was not asked for here is somebody else's (RFC 9700, RFC 9207).
  if (query.get('state') !== asked.state || query.get('iss') !== platform.issuer) throw new Error('This answer was not asked for.');
  if (query.has('error')) throw new Error(query.get('error_description') ?? query.get('error'));
  await askForTokens({ grant_type: 'authorization_code', code: query.get('code'), redirect_uri: redirectUri, code_verifier: asked.verifier });
}

async function askForTokens(grant) {
  const response = await fetch(platform.token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...grant }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error_description ?? answer.error);
  tokens = answer;
}

// Calls the API. A token lives for a quarter of an hour, or less where what the person may was changed: then the next one is asked for, once.
async function call(address) {
  const send = () => fetch(address, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  let response = await send();
  if (response.status === 401 && tokens.refresh_token) {
    await askForTokens({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
    response = await send();
  }
  if (!response.ok) throw new Error(`${address} answers ${response.status}.`);
  return response.json();
}

function signOut() {
  location.assign(`${platform.end_session_endpoint}?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: redirectUri })}`);
}

async function show() {
  const [who, page] = await Promise.all([call(platform.userinfo_endpoint), call(`${issuer}/api/v1/organisations?limit=10`)]);
  document.querySelector('#who').textContent = `Signed in: ${who.name}`;
  document.querySelector('#organisations').replaceChildren(...page.items.map(organisation => {
    const line = document.createElement('li');
    line.textContent = organisation.name;
    return line;
  }));
  document.querySelector('#sign-in').hidden = true;
  document.querySelector('#sign-out').hidden = false;
}

document.querySelector('#sign-in').addEventListener('click', signIn);
document.querySelector('#sign-out').addEventListener('click', signOut);
try {
  const query = new URLSearchParams(location.search);
  if (query.has('state')) {
    await comeBack(query);
    await show();
  }
} catch (e) {
  document.querySelector('#fault').textContent = e.message;
}
