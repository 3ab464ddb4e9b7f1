/** Access to PostgreSQL. */
@NullMarked
package dev.sluice.runtime.database;

import org.jspecify.annotations.NullMarked;
