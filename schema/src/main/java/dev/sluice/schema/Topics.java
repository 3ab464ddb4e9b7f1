package dev.sluice.schema;

/**
 * The names of topics, groups and transactional ids.
 *
 * @param prefix the prefix of every name
 */
public record Topics(String prefix) {
  /**
   * The largest record that services write, bytes: the largest that others can write with Kafka's
   * defaults, which may have to go to the dead letters, plus the added headers.
   */
  public static final int LARGEST_RECORD = 2 * 1024 * 1024;

  public String campaignCommands() {
    return prefix + "campaign-commands";
  }

  public String sendRequests() {
    return prefix + "send-requests";
  }

  public String returnedRequests() {
    return prefix + "returned-requests";
  }

  public String sendResults() {
    return prefix + "send-results";
  }

  public String controls() {
    return prefix + "controls";
  }

  public String campaignEvents() {
    return prefix + "campaign-events";
  }

  public String replies() {
    return prefix + "replies";
  }

  public String deadLetters() {
    return prefix + "dead-letters";
  }

  public String producerGroup() {
    return prefix + "producer";
  }

  public String workerGroup() {
    return prefix + "worker";
  }

  public String statusAggregatorGroup() {
    return prefix + "status-aggregator";
  }

  public String webhookOutGroup() {
    return prefix + "webhook-out";
  }

  public String transactionalId(String role, String instance) {
    return prefix + role + "-" + instance;
  }
}
