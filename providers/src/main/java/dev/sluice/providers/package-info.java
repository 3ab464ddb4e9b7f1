/** The messaging providers, behind a common interface. */
@NullMarked
package dev.sluice.providers;

import org.jspecify.annotations.NullMarked;
