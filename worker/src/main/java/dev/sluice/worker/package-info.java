/**
 * Sends each request once, at its lane's rate. Start reading at {@link dev.sluice.worker.Worker},
 * then {@code Cycle}, {@code Lane}, {@code OffsetWindow} and {@code Launcher}.
 */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
