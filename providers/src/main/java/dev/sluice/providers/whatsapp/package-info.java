/** The WhatsApp Cloud API: sending, the rules of its messages, its errors and its webhooks. */
@NullMarked
package dev.sluice.providers.whatsapp;

import org.jspecify.annotations.NullMarked;
