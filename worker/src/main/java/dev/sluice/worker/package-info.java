/**
 * Sends each request once, at its lane's rate. Start reading at {@link dev.sluice.worker.Worker},
 * then {@code SendLoop}, {@code Lane}, {@code OffsetWindow} and {@code Dispatcher}.
 */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
