/** HTTP without knowledge of campaigns: bodies, answers and errors, all within bounds. */
@NullMarked
package dev.sluice.console.http;

import org.jspecify.annotations.NullMarked;
