package dev.sluice.producer.sql;

import java.time.LocalTime;
import java.time.ZoneId;

/**
 * The time of day at which recipients are sent to, wherever they are.
 *
 * @param time in each recipient's time zone
 * @param zone the time zone of recipients who have none
 */
public record LocalSending(LocalTime time, ZoneId zone) {}
