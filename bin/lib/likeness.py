"""Prints how alike pictures look to a reference of the same size, 1 for equal: likeness.py REFERENCE PICTURE...

The SSIM of luma with the Gaussian window of Wang et al. (2004), as scikit-image works it out."""

import sys

from skimage.io import imread
from skimage.metrics import structural_similarity

reference, *pictures = [imread(name, as_gray=True) for name in sys.argv[1:]]
for picture in pictures:
    print(
        structural_similarity(
            reference, picture, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    )
