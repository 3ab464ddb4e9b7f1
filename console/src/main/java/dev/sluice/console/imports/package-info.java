/** Import of recipients from CSV and JSON. */
@NullMarked
package dev.sluice.console.imports;

import org.jspecify.annotations.NullMarked;
