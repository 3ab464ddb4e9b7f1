// What a form is asked to do: once at a time, with a sign that it goes on, and what kept it from being done.
import { html, nothing } from './lib.js';
import { note } from './dialogs.js';
import { trouble } from './states.js';
import { say } from './texts.js';

/** `left` is aborted when the view is left: what fails afterwards is told in a note. */
export function work(paint, left) {
  let busy = false;
  let share = null;
  let problem = '';

  const tell = (words) => {
    problem = words;
    paint();
  };

  /** Does something unless something is being done; stays busy where it returns true, as the view is left then. */
  async function run(act) {
    if (busy) {
      return;
    }
    busy = true;
    tell('');
    try {
      busy = (await act()) === true;
    } catch (error) {
      busy = false;
      left.aborted ? note(error.message, 'bad') : (problem = error.message);
    }
    share = null;
    paint();
  }

  /** While all has left, the console works on it. */
  const bar = () =>
    share === null || share === 1
      ? html`<progress aria-label=${say('wait')}></progress>`
      : html`<progress aria-label=${say('import.upload')} max="1" .value=${share}></progress>`;

  return {
    run,
    tell,
    busy: () => busy,
    progress(part) {
      share = part;
      paint();
    },
    view: () => html`${busy ? bar() : nothing} ${problem ? trouble(problem) : nothing}`,
  };
}
