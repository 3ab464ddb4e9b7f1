package dev.sluice.local;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the simulator since its start or last reset.
 *
 * @param accepted messages accepted
 * @param duplicates acceptances beyond each recipient's first
 * @param throttled messages refused with 130429
 * @param errors messages answered with an intended error
 * @param hung messages accepted and intentionally not answered
 * @param troubled messages accepted and intentionally answered wrongly
 * @param receipts receipts that the webhook has acknowledged
 * @param maxInOneSecond the most that one number sent in any sliding second
 * @param firstAt the first acceptance, or null if there was none
 * @param lastAt the last acceptance, or null
 */
public record SimulatorReport(
    long accepted,
    long duplicates,
    long throttled,
    long errors,
    long hung,
    long troubled,
    long receipts,
    int maxInOneSecond,
    @Nullable Instant firstAt,
    @Nullable Instant lastAt) {}
