/** The words that all services share: tables, topics, events and how to reach them. */
@NullMarked
package dev.sluice.schema;

import org.jspecify.annotations.NullMarked;
