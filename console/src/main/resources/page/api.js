// Talks to the console's API: requests, uploads with progress, and live events.
import { askForName, askForToken } from './dialogs.js';
import { problemWords } from './problems.js';
import { is } from './session.js';
import { say } from './texts.js';

/** How long a person waits for what only informs, ms. */
const GLANCE = 15_000;

const TOKEN = 'sluice-token';

/** A problem in the server's own words (RFC 9457). */
export class Problem extends Error {
  constructor(status, detail, members = {}) {
    super(detail);
    this.status = status;
    this.members = members;
  }
}

/** What a header can hold. */
const SENDABLE = /^[!-~]+$/;

function requireSendable(token) {
  if (!SENDABLE.test(token)) {
    throw new Error(say('token.invisible'));
  }
}

const known = () => {
  const token = sessionStorage.getItem(TOKEN);
  return SENDABLE.test(token ?? '') ? token : null;
};

/** Whether requests carry a token. */
export const signedIn = () => known() !== null;

const headers = (token, more = {}) =>
  token ? { Authorization: `Bearer ${token}`, ...more } : more;

/** How often somebody has signed in by name. */
let signIns = 0;

/** Where users sign in, as the console has said; nothing where there are none. */
let signIn;

/** How the requests of now show who sends them. */
const shown = () => ({ token: known(), signIns });

/** After a 401: asks who it is, unless somebody has signed in since the request. */
async function signInAgain(used, text) {
  // A refusal that was cut short says nothing new.
  signIn = problem(401, text).members.signIn ?? signIn;
  if (used.signIns !== signIns) {
    return;
  }
  if (signIn === 'proxy') {
    throw new Problem(401, say('signIn.proxy'));
  }
  await (signIn ? signInByName() : renewToken(used.token));
}

/** The session is in a cookie, which no script sees. */
async function signInByName() {
  sessionStorage.removeItem(TOKEN);
  const before = signIns;
  await askForName(async (name, password) => {
    const answer = await fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, password }),
    }).catch(() => {
      throw new Problem(0, say('api.unread'));
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw answer.status === 401 ? new Problem(401, say('signIn.refused')) : problem(answer.status, text);
    }
    is(parsed(text));
    signIns++;
  });
  if (before === signIns) {
    throw new Problem(401, say('signIn.none'));
  }
}

/** Finds out who it is, if that is known already; nobody is asked for it. */
export async function recognize() {
  try {
    const answer = await fetch('/api/session', { headers: headers(known()), signal: AbortSignal.timeout(GLANCE) });
    if (answer.ok) {
      is(await answer.json());
    } else {
      signIn = problem(answer.status, await answer.text()).members.signIn;
    }
  } catch (error) {
    console.debug('session', error);
  }
}

/** Asks for the token, unless there is a newer one than the request had. */
async function renewToken(used) {
  if (known() !== used) {
    return;
  }
  const token = await askForToken(used !== null, requireSendable);
  if (!token) {
    throw new Problem(401, say('token.none'));
  }
  sessionStorage.setItem(TOKEN, token);
}

function problem(status, text) {
  try {
    const members = JSON.parse(text);
    return new Problem(status, members.detail ? problemWords(members.detail) : say('api.http', { status }), members);
  } catch {
    return new Problem(status, say('api.http', { status }));
  }
}

const rowsType = (file) => (file.name?.toLowerCase().endsWith('.json') ? 'application/json' : 'text/csv');

/** What the console has said; a proxy may answer in its place, such as with a page to sign in. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(0, say('api.other'));
  }
}

/** Why a request without an answer failed: a browser does not send a file that has changed since it was chosen. */
async function silence(file, otherwise) {
  try {
    await file?.slice(0, 1).arrayBuffer();
    return new Problem(0, say(otherwise));
  } catch {
    return new Problem(400, say('file.changed'));
  }
}

async function call(method, path, { body, file, accept, key, within } = {}) {
  const more = { ...(accept ? { Accept: accept } : {}), ...(key ? { 'Idempotency-Key': key } : {}) };
  if (body !== undefined) {
    more['Content-Type'] = 'application/json';
  }
  if (file) {
    more['Content-Type'] = rowsType(file);
  }
  const used = shown();
  let answer;
  try {
    answer = await fetch(path, {
      method,
      signal: within === undefined ? undefined : AbortSignal.timeout(within),
      headers: headers(used.token, more),
      body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
  } catch {
    throw await silence(file, method === 'GET' ? 'api.unread' : 'api.silent');
  }
  if (answer.status === 401) {
    await signInAgain(used, await answer.text().catch(() => ''));
    return call(method, path, { body, file, accept, key, within });
  }
  if (!answer.ok) {
    throw problem(answer.status, await answer.text());
  }
  return answer;
}

const json = async (...request) => parsed(await (await call(...request)).text());

export const get = (path) => json('GET', path);
/** What only informs a person: null where the console cannot tell it now, which must keep nobody from acting. */
export const glance = (path, body) =>
  json(body === undefined ? 'GET' : 'POST', path, { body, within: GLANCE }).catch(() => null);
export const post = (path, body) => json('POST', path, { body });
/** Creates something: repeated with the same key, it creates no other. */
export const create = (path, key) => json('POST', path, { key });
export const put = (path, body) => json('PUT', path, { body });
export const patch = (path, body) => json('PATCH', path, { body });
export const remove = (path) => json('DELETE', path);
export const download = async (path, accept) => (await call('GET', path, { accept })).blob();

/** The lines of a file that are not taken, whole, with the reason beside them. */
export const rejectedLines = async (file, query) =>
  (await call('POST', `/api/recipients/check?${query}`, { file, accept: 'text/csv' })).blob();

/** Sends a file of rows as it is, telling the share that has left, until the signal stops it. */
export function upload(path, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const used = shown();
    const request = new XMLHttpRequest();
    request.open('POST', path);
    Object.entries(headers(used.token)).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.setRequestHeader('Content-Type', rowsType(file));
    request.upload.onprogress = (event) => event.total && onProgress(event.loaded / event.total);
    request.onerror = () => silence(file, 'api.uploadBroken').then(reject);
    signal?.addEventListener('abort', () => {
      reject(signal.reason);
      request.abort();
    });
    request.onload = () => {
      if (request.status === 401) {
        signInAgain(used, request.responseText).then(() => upload(path, file, onProgress, signal)).then(resolve, reject);
      } else if (request.status >= 400) {
        reject(problem(request.status, request.responseText));
      } else {
        Promise.resolve(request.responseText).then(parsed).then(resolve, reject);
      }
    };
    request.send(file);
  });
}

const visible = () =>
  new Promise((resolve) => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener('visibilitychange', look);
        resolve();
      }
    };
    document.addEventListener('visibilitychange', look);
    look();
  });

/** What ends sooner, in milliseconds, was not ended for its age. */
const SHORTEST_VIEW = 30_000;

/**
 * Follows server-sent events until the returned function is called; connects again by itself.
 * Not EventSource, which cannot carry the token. A browser opens six connections to a host, for all
 * of its tabs and those that it keeps for the way back, so a page that nobody sees lets go of its.
 */
export function follow(path, onEvent, onConnection = () => {}) {
  const stop = new AbortController();
  (async () => {
    while (!stop.signal.aborted) {
      await visible();
      const hidden = new AbortController();
      const hide = () => document.hidden && hidden.abort();
      document.addEventListener('visibilitychange', hide);
      const used = shown();
      try {
        const answer = await fetch(path, {
          headers: headers(used.token, { Accept: 'text/event-stream' }),
          signal: AbortSignal.any([stop.signal, hidden.signal]),
        });
        if (answer.status === 401) {
          try {
            await signInAgain(used, await answer.text().catch(() => ''));
          } catch (unknown) {
            onConnection(false, unknown);
            return;
          }
          continue;
        }
        // Who finds no place comes again.
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
          onConnection(false, problem(answer.status, await answer.text()));
          return;
        }
        if (answer.ok) {
          onConnection(true);
          const begun = Date.now();
          await read(answer.body, freshOnly(onEvent, onConnection));
          // The console ends a view after a while to be told anew who looks.
          if (Date.now() - begun > SHORTEST_VIEW) {
            continue;
          }
        } else {
          await answer.text();
        }
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        if (hidden.signal.aborted) {
          continue;
        }
        console.debug('events', error);
      } finally {
        document.removeEventListener('visibilitychange', hide);
      }
      onConnection(false);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  })();
  return () => stop.abort();
}

/** What the console itself cannot read any more is told as if nobody could: until it tells it again. */
function freshOnly(onEvent, onConnection) {
  let fresh = true;
  return (data, event) => {
    const now = event !== 'stale';
    if (now !== fresh) {
      fresh = now;
      onConnection(fresh);
    }
    if (fresh) {
      onEvent(data, event);
    }
  };
}

async function read(body, onEvent) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const field = (name) =>
        part
          .split('\n')
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trimStart())
          .join('\n');
      const data = field('data');
      if (data) {
        onEvent(JSON.parse(data), field('event'));
      }
    }
  }
}
