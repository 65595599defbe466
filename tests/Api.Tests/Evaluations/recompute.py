"""Recomputes evaluations with scikit-learn from what the service serves and from the data set's own files; prints JSON.

usage: recompute.py URL FOLDER EVALUATION ANOMALIES
FOLDER has the files of the data set mnist, EVALUATION is of a network trained on all labels, ANOMALIES of one trained on label 1.
"""

import json
import sys

import numpy as np
from autoencoder_api import Client
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.manifold import trustworthiness
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier

VALIDATION = 5_000  # the first of the training images are the validation split

client, folder = Client(sys.argv[1]), sys.argv[2]
evaluation, anomalies = (client.evaluation(each) for each in sys.argv[3:5])
checkpoint = evaluation["checkpoint"]
labels = {split: client.labels("mnist", split) for split in ("train", "test")}


def idx(name):
    """The array of an IDX file."""
    with open(f"{folder}/{name}", "rb") as file:
        content = file.read()
    axes = content[3]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(np.frombuffer(content, ">i4", axes, 4))


def codes(split):
    values = client.codes(checkpoint, dataset="mnist", split=split)
    return values.reshape(len(values), -1)


def accuracies(train, test):
    """Numbers of test images whose labels are found by the five nearest neighbours, and by ridge regression on ±1."""
    knn = KNeighborsClassifier(5, algorithm="brute").fit(train.astype(np.float64), labels["train"]).predict(test.astype(np.float64))
    names = np.unique(labels["train"])
    targets = np.where(labels["train"][:, None] == names, 1.0, -1.0)
    ridge = names[Ridge(alpha=1.0).fit(train.astype(np.float64), targets).predict(test.astype(np.float64)).argmax(1)]
    return {"knn": int((knn == labels["test"]).sum()), "ridge": int((ridge == labels["test"]).sum())}


images = {"train": idx("train-images-idx3-ubyte")[VALIDATION:], "test": idx("t10k-images-idx3-ubyte")}
assert (idx("train-labels-idx1-ubyte")[VALIDATION:] == labels["train"]).all() and (idx("t10k-labels-idx1-ubyte") == labels["test"]).all()
pixels = {split: values.reshape(len(values), -1) / np.float32(255) for split, values in images.items()}
code = {split: codes(split) for split in images}

batch = pixels["test"].reshape(-1, 1, 28, 28)
losses = ((client.reconstruct(checkpoint, batch).astype(np.float64) - batch) ** 2).mean((1, 2, 3))
listed = client.losses(evaluation["id"])

pca = PCA(code["train"].shape[1], svd_solver="full").fit(pixels["train"].astype(np.float64))
projected = {split: pca.transform(values.astype(np.float64)) for split, values in pixels.items()}
plane = PCA(2, svd_solver="full").fit(code["test"].astype(np.float64))
covariance = np.cov(code["test"].astype(np.float64).T)


def places(method):
    """Indices and places of a map's images."""
    points = client.evaluation_map(evaluation["id"], method)["points"]
    return [point["index"] for point in points], np.array([[point["x"], point["y"]] for point in points])


indices, flat = places("pca")
expected = plane.transform(code["test"][indices].astype(np.float64))
embedded, tsne = places("tsne")

errors = client.losses(anomalies["id"])
falses, trues, thresholds = roc_curve(labels["test"] != 1, errors, drop_intermediate=False)
served = [point for point in anomalies["result"]["anomaly"]["curve"] if point["threshold"] is not None]
at = {threshold: (false, true) for threshold, false, true in zip(thresholds.astype(np.float32), falses, trues)}

print(
    json.dumps(
        {
            "largestDifferenceOfLosses": abs(losses - listed).max(),
            "quantiles": dict(zip(("p01", "p05", "p25", "p50", "p75", "p95", "p99"), np.quantile(losses, (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)))),
            "perLabel": [[int(each), int((labels["test"] == each).sum()), losses[labels["test"] == each].mean()] for each in np.unique(labels["test"])],
            "code": accuracies(code["train"], code["test"]),
            "pixels": accuracies(pixels["train"], pixels["test"]),
            "pca": accuracies(projected["train"], projected["test"]),
            "pcaLoss": ((pca.inverse_transform(projected["test"]) - pixels["test"]) ** 2).mean(),
            "codeDimensions": np.trace(covariance) ** 2 / (covariance**2).sum(),
            "explainedVariance": list(plane.explained_variance_ratio_),
            # a direction and its opposite are the same component
            "largestDifferenceOfPlaces": max(min(abs(flat[:, i] - sign * expected[:, i]).max() for sign in (1, -1)) for i in (0, 1)),
            "trustworthiness": trustworthiness(code["test"][embedded].astype(np.float64), tsne),
            "auroc": roc_auc_score(labels["test"] != 1, errors),
            "largestDifferenceOfRates": max(
                max(abs(point["falsePositiveRate"] - at[np.float32(point["threshold"])][0]), abs(point["truePositiveRate"] - at[np.float32(point["threshold"])][1]))
                for point in served
            ),
        }
    )
)
