/** Connections to PostgreSQL, one pool for each kind of work, and reads with a time limit. */
@NullMarked
package dev.sluice.console.sql;

import org.jspecify.annotations.NullMarked;
