// Why the console refuses a request, in the reader's language.
import { either, said } from './sentences.js';
import { sayOr } from './texts.js';

const VALUES = { names: either, status: (status) => sayOr(`status.${status}`, status) };

/** The console's sentences, each with the text that says the same. */
const SENTENCES = [
  ['problem.noCampaign', /^There is no campaign (?<id>\S+)\.$/s],
  ['problem.noSender', /^There is no sender (?<id>\S+)\.$/s],
  ['problem.changes', /^Too many changes are being made at once, or the database is slow; nothing was changed\. Try again in a moment\.$/s],
  ['problem.silent', /^The database did not answer; nothing was changed\.$/s],
  ['problem.crowded', /^Too many requests use the database at once, or it is slow; nothing was changed\.$/s],
  ['problem.cutOff', /; look whether it was done before you repeat it\.$/s],
  ['problem.mistake', /^The console made a mistake; its log says which\.$/s],
  ['problem.emptyFile', /^The file is empty; its first line must name the columns\.$/s],
  ['problem.workbook', /^This is a workbook or an archive, not a CSV file\. Open it in its program and save or export it as CSV \(UTF-8\)\.$/s],
  ['problem.sameName', /^Two columns have the same name: "(?<name>.*)"\.$/s],
  ['problem.sameMeaning', /^The columns "(?<one>.*)" and "(?<other>.*)" mean the same; leave one out\.$/s],
  ['problem.whichColumn', /^Which column holds the phone numbers: (?<names>.+)\? Choose one with "phoneColumn"\.$/s],
  ['problem.noColumn', /^The first line must name the columns, one of them "phone" or a usual name for it; choose another with "phoneColumn"\. It reads: (?<header>.*)$/s],
  ['problem.notUtf8', /^Line (?<line>\d+) is not (?<charset>UTF-8)\. Save the file as CSV UTF-8, or choose its encoding \("charset"\), for example windows-1252\.$/s],
  ['problem.notCharset', /^Line (?<line>\d+) is not (?<charset>\S+)\. It has another encoding; say it with "charset"\.$/s],
  ['problem.largeFile', /^A file has at most (?<size>\d+) MiB; divide it\.$/s],
  ['problem.fixed', /^The campaign is (?<status>\w+): it is fixed once it has started\.$/s],
  ['problem.fixedPeople', /^The campaign is (?<status>\w+): its recipients are fixed once it has started\.$/s],
  ['problem.archived', /^The campaign is archived, so nobody was added\. A change of it brings it back\.$/s],
  ['problem.beingFilled', /^Recipients are being added to the campaign just now\. It can be changed and archived once they are there; try again in a moment\.$/s],
  ['problem.beingChanged', /^The campaign is being changed or started just now; try again in a moment\.$/s],
  ['problem.samePeople', /^The same people are being added to the campaign just now, or it is being changed; nobody of this file was added\. Try again afterwards\.$/s],
  ['problem.past', /^"scheduledAt" lies in the past: (?<at>\S+)\.$/s],
  ['problem.fourEyes', /^(?<who>\S+) has written this campaign or a part of it, so somebody else starts it\.$/s],
  ['problem.approved', /^A campaign is approved as it is\. Take its start time away, change it, and have it approved again\.$/s],
  ['problem.suppressed', /^(?<number>\+\d+) is suppressed; nothing was sent\.$/s],
  ['problem.notSuppressed', /^(?<number>\+\d+) is not suppressed\.$/s],
  ['problem.notNow', /^The campaign is (?<status>\w+); it cannot be told to \w+ now\.$/s],
  ['problem.lanes', /^The number of lanes cannot change while the sender's campaigns are sending; its rate can\.$/s],
  ['problem.notTaken', /, and nothing of this was taken; try again later\.$/s],
  ['problem.notTaken', /, and nothing of this one was taken; try again later\.$/s],
  ['problem.busy', /; try again later\.$/s],
];

/** Why it was refused; what this page does not know is shown as it is. */
export const problemWords = (detail) => said(SENTENCES, detail, VALUES) ?? detail;
