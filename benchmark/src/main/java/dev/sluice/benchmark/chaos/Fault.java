package dev.sluice.benchmark.chaos;

import dev.sluice.local.Trouble.Mode;
import java.util.List;
import java.util.function.Consumer;

/** A fault of one sender, campaign, recipient or record, which must not affect others. */
public enum Fault {
  SILENT_PROVIDER("the provider takes messages and never answers"),
  ENDLESS_ANSWER("answers begin and never end"),
  TRICKLING_ANSWER("answers come a byte at a time"),
  HTML_ANSWER("a proxy answers with HTML and 200"),
  RESET("connections break after the request"),
  BAD_GATEWAY("a gateway answers 502"),
  THROTTLED("the provider takes half of the rate"),
  PAUSED_CAMPAIGN("a campaign is paused with seconds of work queued"),
  BLOCKED_SENDER("no worker knows the sender's provider"),
  MISSING_PROVIDER("only one of two workers knows the provider"),
  UNREADABLE_REQUESTS("20,000 records that nobody can read"),
  GROWING_REQUESTS("requests too large to be put back"),
  ABSURD_RATES("20,000 requests with a rate of 1e-9/s, and as many with 0.001/s"),
  LOST_OFFSET("a partition has lost the workers' committed offset"),
  UNKNOWN_TIME_ZONE("a campaign in a time zone that does not exist"),
  HUGE_VARIABLES("variables of 2.6 MB"),
  EXPLODING_MESSAGE("4,000 placeholders of 300 KB"),
  MISSING_ROW("a campaign's row disappears while it is sent"),
  START_DURING_IMPORT("a start while recipients are being added"),
  LOCKED_ROWS("somebody locks a campaign's rows"),
  SLOW_PAGES("a campaign's pages take five seconds each"),
  RECEIPTS_DURING_RESEND("receipts during a resend, beside 300,000 older rows"),
  REFUSED_RESULTS("results that PostgreSQL refuses");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /**
   * Returns the faults of one campaign, which must not affect its sender's other campaigns either.
   */
  public static List<Fault> ofCampaigns() {
    return List.of(
        PAUSED_CAMPAIGN,
        UNKNOWN_TIME_ZONE,
        HUGE_VARIABLES,
        EXPLODING_MESSAGE,
        MISSING_ROW,
        START_DURING_IMPORT,
        LOCKED_ROWS,
        SLOW_PAGES,
        RECEIPTS_DURING_RESEND,
        REFUSED_RESULTS);
  }

  String words() {
    return words;
  }

  Incident in(Scene scene, Consumer<String> story) {
    return switch (this) {
      case SILENT_PROVIDER -> ProviderFaults.wrongAnswers(scene, Mode.SILENCE, story);
      case ENDLESS_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.ENDLESS_BODY, story);
      case TRICKLING_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.TRICKLE, story);
      case HTML_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.HTML, story);
      case RESET -> ProviderFaults.wrongAnswers(scene, Mode.RESET, story);
      case BAD_GATEWAY -> ProviderFaults.wrongAnswers(scene, Mode.BAD_GATEWAY, story);
      case THROTTLED -> ProviderFaults.throttled(scene);
      case PAUSED_CAMPAIGN -> RequestFaults.paused(scene);
      case BLOCKED_SENDER -> RequestFaults.blocked(scene);
      case MISSING_PROVIDER -> new MissingProvider(scene);
      case UNREADABLE_REQUESTS -> RequestFaults.unreadable(scene);
      case GROWING_REQUESTS -> RequestFaults.growing(scene);
      case ABSURD_RATES -> RequestFaults.absurdRates(scene);
      case LOST_OFFSET -> new LostOffset(scene);
      case UNKNOWN_TIME_ZONE -> CampaignFaults.timeZone(scene);
      case HUGE_VARIABLES -> CampaignFaults.hugeVariables(scene);
      case EXPLODING_MESSAGE -> CampaignFaults.exploding(scene);
      case MISSING_ROW -> CampaignFaults.missingRow(scene);
      case START_DURING_IMPORT -> CampaignFaults.importing(scene);
      case LOCKED_ROWS -> CampaignFaults.locked(scene);
      case SLOW_PAGES -> CampaignFaults.slowPages(scene);
      case RECEIPTS_DURING_RESEND -> CampaignFaults.resend(scene);
      case REFUSED_RESULTS -> CampaignFaults.refusedResults(scene);
    };
  }
}
