/** The vocabulary that all services share: tables, topics, events and their encodings. */
@NullMarked
package dev.sluice.schema;

import org.jspecify.annotations.NullMarked;
