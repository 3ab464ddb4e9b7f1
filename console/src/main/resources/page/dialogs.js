// The one dialog of the page: confirmations, forms, the token; and short notes.
import { html, render } from './lib.js';
import { say } from './texts.js';

const dialog = () => document.getElementById('dialog');

const turns = new Map();

/** Asks in a dialog once those who asked before have their answer: none takes the place of another. */
function show(content, element = dialog()) {
  const turn = (turns.get(element) ?? Promise.resolve()).catch(() => {}).then(() => ask(content, element));
  turns.set(element, turn);
  return turn;
}

function ask(content, element) {
  return new Promise((resolve) => {
    render(content((answer) => element.close(answer)), element);
    element.onclose = () => {
      resolve(element.returnValue);
      render(html``, element);
    };
    element.returnValue = '';
    element.showModal();
  });
}

/** Whether the person means it. */
export async function confirm(
  { title, text, action, refuse = say('back'), danger = false, allowed = true, extra = '' },
  element = dialog(),
) {
  const answer = await show(
    (close) => html`
      <form method="dialog" @submit=${(event) => {
        event.preventDefault();
        close('yes');
      }}>
        <h2 id=${`${element.id}-title`}>${title}</h2>
        <p>${text}</p>
        ${extra}
        <div class="actions">
          <button type="button" @click=${() => close('')}>${refuse}</button>
          <button class=${danger ? 'danger' : 'primary'} value="yes" ?disabled=${!allowed}>${action}</button>
        </div>
      </form>
    `,
    element,
  );
  return answer === 'yes';
}

/** Whether the person of whom a form is being saved means it: asked in front of the form, which waits for that. */
export const confirmAbove = (question) => confirm(question, document.getElementById('question'));

/**
 * A form in the dialog; resolves to whether it was saved. While it is being saved, it cannot be again. Who puts it away
 * meanwhile still learns what came of it: it resolves only then, and `save` is told by `isOpen` that nobody waits there.
 * Where `save` resolves to false, it was not saved, and stays open.
 */
export function form({ title, fields, action, save }, element = dialog()) {
  let error = '';
  let busy = false;
  let open = true;
  let saved = false;
  let saving = Promise.resolve();
  const answer = show((close) => {
    const submit = async (data) => {
      busy = true;
      error = '';
      paint();
      try {
        saved = (await save(data, () => open)) !== false;
        // It may have been put away meanwhile, and another one be open in its place.
        saved && open && close('saved');
      } catch (problem) {
        error = problem.message;
        open || note(error, 'bad');
      }
      busy = false;
      paint();
    };
    const paint = () => open && render(content(), element);
    const content = () => html`
      <form @submit=${(event) => {
        event.preventDefault();
        // The button is not disabled meanwhile, as it would lose the focus.
        if (!busy) {
          saving = submit(new FormData(event.target));
        }
      }}>
        <h2 id=${`${element.id}-title`}>${title}</h2>
        ${fields}
        ${error ? html`<p class="problem" role="alert">${error}</p>` : ''}
        ${busy ? html`<progress aria-label=${say('wait')}></progress>` : ''}
        <div class="actions">
          <button type="button" @click=${() => close('')}>${say('back')}</button>
          <button class="primary">${action}</button>
        </div>
      </form>
    `;
    return content();
  }, element);
  return answer
    .finally(() => (open = false))
    .then(() => saving)
    .then(() => saved);
}

let asking = null;

/**
 * Asks for the API's token, once for all who need it at the same time; resolves to nothing if the
 * person has none. In a dialog of its own: another one may be open. The check throws for what cannot
 * be a token.
 */
export function askForToken(refused, check) {
  asking ??= (async () => {
    let token = '';
    await form(
      {
        title: say('token.title'),
        action: say('token.action'),
        fields: html`
          ${refused ? html`<p class="problem" role="alert">${say('token.refused')}</p>` : ''}
          <label>${say('token.field')}
            <input name="token" type="password" autocomplete="current-password" required></label>`,
        save: async (data) => {
          const given = data.get('token').trim();
          check(given);
          token = given;
        },
      },
      document.getElementById('sign-in'),
    );
    asking = null;
    return token;
  })();
  return asking;
}

let naming = null;

/** Asks who it is, once for all who need it at the same time; `signIn` throws for who cannot be admitted. */
export function askForName(signIn) {
  naming ??= form(
    {
      title: say('signIn.title'),
      action: say('signIn.action'),
      fields: html`
        <label>${say('signIn.name')}
          <input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required></label>
        <label>${say('signIn.password')}
          <input name="password" type="password" autocomplete="current-password" required></label>`,
      save: (data) => signIn(data.get('name').trim(), data.get('password')),
    },
    document.getElementById('sign-in'),
  ).finally(() => (naming = null));
  return naming;
}

/** Tells something: good news for a few seconds, bad news until it is put away. */
export function note(text, kind = 'good') {
  const line = document.createElement('p');
  line.className = `note ${kind}`;
  line.append(text);
  if (kind === 'bad') {
    const close = document.createElement('button');
    close.textContent = say('close');
    close.onclick = () => line.remove();
    line.append(close);
  } else {
    setTimeout(() => line.remove(), 6000);
  }
  document.getElementById('notes').append(line);
}
