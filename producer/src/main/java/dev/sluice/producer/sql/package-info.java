/** The fan-out's reads and writes in PostgreSQL. */
@NullMarked
package dev.sluice.producer.sql;

import org.jspecify.annotations.NullMarked;
