// What providers differ in, by the name in a sender.

/** The provider of a new sender. */
export const USUAL = 'whatsapp';

/** Whether its accounts have templates, and anything else reaches only those who have written lately. */
export const hasTemplates = (sender) => sender?.provider === USUAL;
