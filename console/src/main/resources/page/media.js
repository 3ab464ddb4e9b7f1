// The image, video or document of a message. An image is loaded from its host only once a person wants that.
import { html, nothing, render } from './lib.js';
import { filled, plain } from './placeholders.js';
import { say } from './texts.js';

/** The hosts whose images this person wants to see, as long as the page is open. */
const wanted = new Set();

function urlOf(link) {
  try {
    return new URL(link);
  } catch {
    return null;
  }
}

/** An image by its link. It keeps what has become of it while the page around it is painted anew. */
class Picture extends HTMLElement {
  #link = '';
  #failed = false;

  set link(link) {
    if (link !== this.#link) {
      this.#link = link;
      this.#failed = false;
      this.#paint();
    }
  }

  #show = (host) => {
    wanted.add(host);
    this.#paint();
    // The button that had the focus has gone.
    const image = this.querySelector('img');
    image.tabIndex = -1;
    image.focus({ preventScroll: true });
  };

  #paint() {
    const url = urlOf(this.#link);
    render(url?.protocol === 'https:' ? this.#from(url) : html`<small class="quiet">${say('media.notSecure')}</small>`, this);
  }

  #from(url) {
    if (this.#failed) {
      return html`<small class="quiet">${say('media.failed', { host: url.host })}</small>`;
    }
    return wanted.has(url.host)
      ? html`<img src=${url.href} alt=${say('media.of')} referrerpolicy="no-referrer" @error=${() => {
          this.#failed = true;
          this.#paint();
        }}>`
      : html`<button type="button" class="small" name="picture" @click=${() => this.#show(url.host)}>${say('media.show', url)}</button>
          <small class="quiet">${say('media.loads', url)}</small>`;
  }
}

customElements.define('sluice-picture', Picture);

const KINDS = ['image', 'video', 'document'];

/** What is called so in a message: {link}, or {id}, and perhaps {filename}. */
export const isMedia = (kind) => KINDS.includes(kind);

/** The name of a file, as the phone shows it for a document. */
function nameOf({ filename, link }, values) {
  if (filename) {
    return plain(filename, values);
  }
  try {
    return decodeURIComponent(urlOf(plain(link, values))?.pathname.split('/').at(-1) ?? '');
  } catch {
    return '';
  }
}

/** `values` are those of a person, or null. */
export function media(kind, of, values) {
  const link = String(of.link ?? '');
  const name = nameOf({ ...of, link }, values);
  const words = say(`template.media.${kind.toUpperCase()}`);
  return html`
    <div class="media ${kind}">
      <small class="quiet">${name ? say('media.named', { kind: words, name }) : words}</small>
      ${link ? html`<small class="leads">${filled(link, values)}</small>` : of.id ? html`<small class="leads">${say('media.id', { id: '' })}${filled(of.id, values)}</small>` : nothing}
      ${kind === 'image' && link && values !== null ? html`<sluice-picture .link=${plain(link, values)}></sluice-picture>` : nothing}
    </div>`;
}
