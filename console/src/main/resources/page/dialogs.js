// The one dialog of the page: confirmations, forms, the token; and short notes.
import { html, render } from './lib.js';

const dialog = () => document.getElementById('dialog');

function show(content, element = dialog()) {
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
export async function confirm({ title, text, action, danger = false, extra = '' }) {
  const answer = await show(
    (close) => html`
      <form method="dialog" @submit=${(event) => {
        event.preventDefault();
        close('yes');
      }}>
        <h2 id="dialog-title">${title}</h2>
        <p>${text}</p>
        ${extra}
        <div class="actions">
          <button type="button" @click=${() => close('')}>Back</button>
          <button class=${danger ? 'danger' : 'primary'} value="yes">${action}</button>
        </div>
      </form>
    `,
  );
  return answer === 'yes';
}

/** A form in the dialog; resolves once it was saved or put away. */
export function form({ title, fields, action, save }, element = dialog()) {
  let error = '';
  return show((close) => {
    const submit = async (event) => {
      event.preventDefault();
      try {
        await save(new FormData(event.target));
        close('saved');
      } catch (problem) {
        error = problem.message;
        paint();
      }
    };
    const content = () => html`
      <form @submit=${submit}>
        <h2 id=${`${element.id}-title`}>${title}</h2>
        ${fields}
        ${error ? html`<p class="problem" role="alert">${error}</p>` : ''}
        <div class="actions">
          <button type="button" @click=${() => close('')}>Back</button>
          <button class="primary">${action}</button>
        </div>
      </form>
    `;
    const paint = () => render(content(), element);
    return content();
  }, element);
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
        title: 'API token',
        action: 'Sign in',
        fields: html`
          ${refused ? html`<p class="problem" role="alert">The console does not take this token.</p>` : ''}
          <label>The console's token (SLUICE_API_TOKEN)
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

/** Tells something for a few seconds. */
export function note(text, kind = 'good') {
  const notes = document.getElementById('notes');
  const line = document.createElement('p');
  line.className = `note ${kind}`;
  line.textContent = text;
  notes.append(line);
  setTimeout(() => line.remove(), 6000);
}
