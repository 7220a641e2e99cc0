import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;

/** What the distribution demands of settings before it makes a component of them. */
final class Needed {
    static String setting(Settings settings, String key, String component) {
        String value = settings.get(key);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(key + " is missing for [" + component + "]");
        }
        return value;
    }

    static void smallDifference(IndexSettings index, int shortest, int longest, String component) {
        if (longest - shortest > index.getMaxNgramDiff()) {
            throw new IllegalArgumentException("max_gram - min_gram of [" + component + "] exceeds "
                + IndexSettings.MAX_NGRAM_DIFF_SETTING.getKey());
        }
    }

    private Needed() {}
}
