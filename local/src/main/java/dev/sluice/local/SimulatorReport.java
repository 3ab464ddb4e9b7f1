package dev.sluice.local;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator saw since its start or its last reset.
 *
 * @param accepted messages accepted
 * @param duplicates acceptances beyond each recipient's first
 * @param throttled messages refused with 130429
 * @param errors messages answered with an error on purpose
 * @param hung messages accepted and not answered on purpose
 * @param troubled messages accepted and answered wrongly on purpose
 * @param receipts receipts that the webhook has acknowledged
 * @param maxInOneSecond the most that one number sent in any sliding second
 * @param firstAt the first acceptance, or null if there was none
 * @param lastAt the last one, or null
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
