// What a person has typed and not finished, kept in the browser for nobody else who uses it.
const PREFIX = 'sluice-unfinished-campaign';

/** Where something of this person is kept, who has no name where there are no users. */
export const placeOf = (who, what = '') => [PREFIX, who, what].filter(Boolean).join('/');

const placesOf = (who, area) =>
  Object.keys(area).filter((place) => place === placeOf(who) || place.startsWith(`${placeOf(who)}/`));

/** One of the browser's storages, which may be blocked or full: then nothing is kept. */
function storage(name) {
  const attempt = (act) => {
    try {
      return act(window[name]);
    } catch (error) {
      console.debug(name, error);
      return null;
    }
  };
  return {
    read: (place) => attempt((area) => JSON.parse(area.getItem(place))),
    write: (place, value) => attempt((area) => area.setItem(place, JSON.stringify(value))),
    remove: (place) => attempt((area) => area.removeItem(place)),
    /** Whether there is anything of this person's; what was undone again leaves nothing in its place. */
    has: (who) =>
      attempt((area) => placesOf(who, area).some((place) => Object.keys(JSON.parse(area.getItem(place)) ?? {}).length > 0)) ??
      false,
    /** All of this person's. */
    clear: (who) => attempt((area) => placesOf(who, area).forEach((place) => area.removeItem(place))),
  };
}

/** For all tabs, and after they were closed. */
export const lasting = storage('localStorage');

/** For this tab alone. */
export const passing = storage('sessionStorage');
