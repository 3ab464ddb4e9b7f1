/** Tests of the migrations, which need no other code. */
@NullMarked
package dev.sluice.migration;

import org.jspecify.annotations.NullMarked;
