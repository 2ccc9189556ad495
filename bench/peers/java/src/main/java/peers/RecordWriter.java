package peers;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Writes output records. */
final class RecordWriter {
  private final Keywords keywords;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 14);

  RecordWriter(Keywords keywords) {
    this.keywords = keywords;
  }

  byte[] write(
      Article article, FoldedText text, TagCounter tags, String topic, int partition, long offset)
      throws IOException {
    out.reset();
    try (JsonGenerator json = Article.JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("id", article.id);
      json.writeStringField("language", article.language);
      json.writeStringField("title", article.title);
      json.writeStringField("published_at", article.publishedAt);
      json.writeStringField("source", article.source);
      json.writeArrayFieldStart("tags");
      for (int tag : tags.topics()) writeTag(json, article, text, tags, tag);
      json.writeEndArray();
      json.writeObjectFieldStart("origin");
      json.writeStringField("topic", topic);
      json.writeNumberField("partition", partition);
      json.writeNumberField("offset", offset);
      json.writeEndObject();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private void writeTag(
      JsonGenerator json, Article article, FoldedText text, TagCounter tags, int tag)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("id", keywords.topics.get(tag));
    json.writeNumberField("score", tags.score(tag));
    json.writeArrayFieldStart("evidence");
    for (int i = 0; i < Math.min(tags.score(tag), TagCounter.EVIDENCE_MAX); ++i) {
      String term = keywords.texts.get(tags.keywordOf(tag, i));
      boolean isTitle = text.isTitle(tags.placeOf(tag, i));
      int start = text.placeInField(tags.placeOf(tag, i));
      int end = start + term.length();
      json.writeStartObject();
      json.writeStringField("term", term);
      json.writeStringField("field", isTitle ? "title" : "body");
      json.writeNumberField("start", start);
      json.writeNumberField("end", end);
      json.writeStringField("text", (isTitle ? article.title : article.body).substring(start, end));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
