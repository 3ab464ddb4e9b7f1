package dev.sluice.producer.sql;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.ZonePasses;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Recipients without end who are in no table.
 *
 * @param asked reads from the database
 */
record MadeUpRecipients(RecipientPages asked) implements RecipientPages {
  private static final UUID NOBODY = new UUID(0, 0);

  @Override
  public @Nullable Cursor reach(UUID campaignId, @Nullable ZonePasses zones, Cursor cursor) {
    return asked.reach(NOBODY, zones, cursor);
  }

  @Override
  public List<Recipient> after(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    asked.after(NOBODY, zones, cursor, reach, limit, countedFor);
    return madeUp(limit);
  }

  @Override
  public List<Recipient> pending(
      UUID campaignId, Collection<Long> ids, @Nullable String countedFor) {
    return asked.pending(NOBODY, ids, countedFor);
  }

  @Override
  public List<Recipient> madeUp(int count) {
    return asked.madeUp(count);
  }
}
