// Why the console refuses a request, in the reader's language.
import { fieldLabel, ruleWords } from './fieldwords.js';
import { moment, number } from './format.js';
import { messageWords } from './messagewords.js';
import { rowWords } from './rowreasons.js';
import { either, said } from './sentences.js';
import { say, sayOr } from './texts.js';

const role = (word) => say(`role.${word}`);

/** What the parser of a file does not understand. */
const FAULTS = [
  ['problem.afterQuote', /^a text in quotation marks goes on after its closing one\. Write a quotation mark inside a text twice$/s],
  ['problem.openQuote', /^a quotation mark opens a text that is not closed$/s],
  ['problem.manyCells', /^there are more than (?<most>\d+) cells$/s],
  ['problem.longRow', /^the cells have more than (?<most>\d+) characters together$/s],
];

const VALUES = {
  at: moment,
  field: fieldLabel,
  most: number,
  names: either,
  now: number,
  needed: role,
  problem: messageWords,
  reason: rowWords,
  role,
  rule: ruleWords,
  seen: number,
  status: (status) => sayOr(`status.${status}`, status),
  what: (fault) => said(FAULTS, fault, { most: number }) ?? fault,
};

/** The console's sentences, each with the text that says the same. */
const SENTENCES = [
  ['problem.noCampaign', /^There is no campaign (?<id>\S+)\.$/s],
  ['problem.noSender', /^There is no sender (?<id>\S+)\.$/s],
  ['problem.noSender', /^There is no sender "(?<id>[^"]*)"; create it with PUT /s],
  ['problem.changes', /^Too many changes are being made at once, or the database is slow; nothing was changed\. Try again in a moment\.$/s],
  ['problem.silent', /^The database did not answer; nothing was changed\.$/s],
  ['problem.crowded', /^Too many requests use the database at once, or it is slow; nothing was changed\.$/s],
  ['problem.cutOff', /; check whether the change was made before repeating it\.$/s],
  ['problem.mistake', /^The console made a mistake; its log says which\.$/s],
  ['problem.emptyFile', /^The file is empty; its first line must name the columns\.$/s],
  ['problem.workbook', /^This is a workbook or an archive, not a CSV file\. Open it in its program and save or export it as CSV \(UTF-8\)\.$/s],
  ['problem.sameName', /^Two columns have the same name: "(?<name>.*)"\.$/s],
  ['problem.sameMeaning', /^The columns "(?<one>.*)" and "(?<other>.*)" mean the same; leave one out\.$/s],
  ['problem.whichColumn', /^Which column holds the phone numbers: (?<names>.+)\? Choose one with "phoneColumn"\.$/s],
  ['problem.noColumn', /^The first line must name the columns, one of them "phone" or a usual name for it; choose another with "phoneColumn"\. It reads: (?<header>.*)$/s],
  ['problem.noSuchColumn', /^"phoneColumn" names no column: "(?<name>.*)"\. It reads: (?<header>.*)$/s],
  ['problem.separator', /^Line 1 says sep=(?<separator>.*), which cannot lie between cells\. Let it say , ; \| or a tab, or leave it out\.$/s],
  ['problem.inRow', /^In the row that begins in line (?<line>\d+), (?<what>.+)\.$/s],
  ['problem.manyRejected', /^More than (?<most>\d+) rows cannot be used, the first because (?<reason>.+)\. The rest of the file was not read\.$/s],
  ['problem.noArray', /^The body is not a JSON array of recipients/s],
  ['problem.utf16', /^The file looks like UTF-16 without a byte order mark\. /s],
  ['problem.notUtf8', /^Line (?<line>\d+) is not (?<charset>UTF-8)\. Save the file as CSV UTF-8, or choose its encoding \("charset"\), for example windows-1252\.$/s],
  ['problem.notCharset', /^Line (?<line>\d+) is not (?<charset>\S+)\. It has another encoding; say it with "charset"\.$/s],
  ['problem.largeFile', /^A file has at most (?<size>\d+) MiB; divide it\.$/s],
  ['problem.fixed', /^The campaign is (?<status>\w+): it is fixed once it has started\.$/s],
  ['problem.fixedPeople', /^The campaign is (?<status>\w+): its recipients are fixed once it has started\.$/s],
  ['problem.archived', /^The campaign is archived, so no recipients were added\. Editing it restores it\.$/s],
  ['problem.beingFilled', /^Recipients are being added to the campaign just now\. It can be started, changed and archived once they are there; try again in a moment\.$/s],
  ['problem.otherPeople', /^The campaign has (?<now>\d+) recipients by now and not (?<seen>\d+), so nothing was done\. Review it again\.$/s],
  ['problem.notCounted', /^The campaign's recipients could not be counted in time, so nothing was done\. Try again in a moment\.$/s],
  ['problem.otherTime', /^Somebody has set the start time (?<at>\S+) in the meantime, which was kept\.$/s],
  ['problem.noTime', /^Somebody has removed the campaign's start time in the meantime; nothing was changed\.$/s],
  ['problem.beingChanged', /^The campaign is being changed or started just now; try again in a moment\.$/s],
  ['problem.samePeople', /^The same people are being added to the campaign just now, or it is being changed; nobody of this file was added\. Try again afterwards\.$/s],
  ['problem.zones', /^The campaign has recipients, and their time zones are found while they are added\. Give "(?<field>\w+)" before: /s],
  ['problem.notArchived', /^The campaign is (?<status>\w+); only drafts and campaigns that have ended can be archived\.$/s],
  ['problem.creating', /^Another program is creating a campaign with the same externalId or Idempotency-Key, or has locked the sender, and has not ended its transaction; nothing was created\. /s],
  ['problem.senderLocked', /^The sender is being changed by another program just now; try again in a moment\.$/s],
  ['problem.noToken', /^The console has no access token to read templates with; /s],
  ['problem.refused', /^The campaign's message would be refused: (?<problem>.+)$/s],
  ['create.hoursBoth', /^"windowStart" and "windowEnd" belong together: give both or none\.$/s],
  ['problem.past', /^"scheduledAt" lies in the past: (?<at>\S+)\.$/s],
  ['problem.fourEyes', /^(?<who>\S+) wrote at least part of this campaign, so someone else must start it\.$/s],
  ['problem.noStartTime', /^A campaign with a start time starts by itself\. Create it without one; somebody else with the right to approve sets it\.$/s],
  ['problem.noApproval', /^Starting a campaign needs the right to approve, which (?<who>\S+) does not have\.$/s],
  ['problem.role', /^(?<who>\S+) is a (?<role>\w+); this needs the role (?<needed>\w+)\.$/s],
  ['problem.approved', /^A campaign is approved as it is\. Remove its start time, change it, and have it approved again\.$/s],
  ['problem.suppressed', /^(?<number>\+\d+) is suppressed; nothing was sent\.$/s],
  ['problem.notSuppressed', /^(?<number>\+\d+) is not suppressed\.$/s],
  ['problem.lift', /^The person asked for it \((?<was>.*)\): say why it is lifted with \?reason=\.$/s],
  ['problem.notNow', /^The campaign is (?<status>\w+); it cannot be told to \w+ now\.$/s],
  ['problem.noneAgain', /^None of these recipients can be sent to once more\.$/s],
  ['problem.senderId', /^A sender's id is made of letters, digits, dots, dashes and underscores\.$/s],
  ['problem.lanes', /^The number of lanes cannot change while the sender's campaigns are sending; its rate can\.$/s],
  ['problem.affected', /^Another provider or account may not have the templates of its campaigns that are scheduled, sending or paused, /s],
  ['problem.notTaken', /, so nothing was saved; try again later\.$/s],
  ['problem.slow', /came too slowly/s],
  ['problem.fileTooSlow', /^The file was not used up within (?<minutes>\d+) minutes; divide it\.$/s],
  ['problem.brokeOff', /^The body broke off; nothing was saved\.$/s],
  ['problem.brokeOff', /^The rest of the body did not arrive; nothing was saved\.$/s],
  ['problem.notKept', /^The file cannot be kept; nothing was saved\.$/s],
  ['problem.passwords', /^There were too many wrong passwords for this name; try again in (?<seconds>\d+) s\.$/s],
  ['problem.wrongSecrets', /; come back later\.$/s],
  ['problem.stopping', /^The console is stopping; try again\.$/s],
  ['problem.kafka', /; try again\.$/s],
  ['problem.slowSearch', /^Searching takes too long now; try again later\.$/s],
  ['problem.searches', /^Others are searching just now; try again later\.$/s],
  ['problem.reviews', /^Other campaigns are being looked through; try again later\.$/s],
  ['problem.failures', /^The failures of other campaigns are being counted; try again later\.$/s],
  ['problem.lifts', /^Other suppressions are being lifted; try again later\.$/s],
  ['problem.templates', /^Templates are being read already; try again later\.$/s],
  ['problem.exports', / exports are on their way already; try again later\.$/s],
  ['problem.exports', /^Other exports are being read; try again later\.$/s],
  ['problem.uploads', / files are being uploaded already; try again later\.$/s],
  ['problem.room', /^The console has no room for this body now; try again later\.$/s],
  ['problem.lists', /^Too many lists are being read; try again later\.$/s],
  ['problem.answers', /^Others are still reading large responses, and there is no room for this one; try again later\.$/s],
  ['problem.views', /^Too many live views are being read; try again later\.$/s],
  ['problem.views', / viewers already; try again later\.$/s],
  ['problem.field', /^"(?<field>\w+)" (?<rule>.+)\.$/s],
];

/** Why it was refused; what this page does not know is shown as it is. */
export const problemWords = (detail) => said(SENTENCES, detail, VALUES) ?? detail;
